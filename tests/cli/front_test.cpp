// What retinanet does by itself, and how it becomes retinanet-engine.
#include <gmock/gmock.h>

#include "program.h"

namespace rn {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Front : public testing::Test {
 protected:
  const fs::path& folder() const { return folder_.path(); }

  /// The smallest pair of files that can be evaluated: one object, found.
  void write_pair() {
    write_categories(1);
    write_text(folder() / "dt.json",
               R"([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9], "score": 0.5}])");
  }

  /// As write_pair, with more categories, which have no objects.
  void write_categories(int count) {
    std::string categories = R"({"id": 1, "name": "disc"})";
    for (int id = 2; id <= count; ++id) {
      categories += fmt::format(R"(, {{"id": {}, "name": "c{}"}})", id, id);
    }
    write_text(folder() / "gt.json", fmt::format(R"({{"images": [{{"id": 1}}], "categories": [{}],
                   "annotations": [{{"id": 1, "image_id": 1, "category_id": 1,
                                    "bbox": [0, 0, 9, 9], "area": 81, "iscrowd": 0}}]}})",
                                                 categories));
  }

 private:
  TemporaryFolder folder_;
};

constexpr const char* kEvalPair = "eval --annotations gt.json --detections dt.json";

TEST_F(Front, HelpBeforeACommandIsThatCommands) {
  const Ended before = run_program(folder(), "--help train");
  const Ended after = run_program(folder(), "train --help");
  EXPECT_EQ(before.exit_code, 0) << before;
  EXPECT_THAT(before.out, HasSubstr("--resume"));
  EXPECT_EQ(before.out, after.out);
}

TEST_F(Front, UnknownOptionsBeforeACommandAreNamed) {
  const Ended ended = run_program(folder(), "--foo train");
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_THAT(ended.err, HasSubstr("unknown option --foo; before a command there are -h, --help"));
}

TEST_F(Front, ItsOwnWorkNeedsNoEngineAndTheRestSaysThatItIsMissing) {
  write_pair();
  const fs::path alone = folder() / "alone";
  fs::copy_file(RN_PROGRAM, alone);
  const Ended eval = run_command(folder(), fmt::format("{} {}", alone.string(), kEvalPair));
  EXPECT_EQ(eval.exit_code, 0) << eval;
  EXPECT_THAT(eval.out, HasSubstr("maxDets=100 ] = 1.000"));
  const Ended doctor = run_command(folder(), fmt::format("{} doctor", alone.string()));
  EXPECT_EQ(doctor.exit_code, 2) << doctor;
  EXPECT_THAT(doctor.err, HasSubstr("retinanet-engine: can't be run: No such file"));
}

TEST_F(Front, TheEngineIsFoundThroughALink) {
  fs::create_symlink(RN_PROGRAM, folder() / "link");
  const Ended doctor = run_command(folder(), "./link doctor");
  EXPECT_EQ(doctor.exit_code, 0) << doctor;
  EXPECT_THAT(doctor.out, HasSubstr("oneDNN"));
}

TEST_F(Front, DoctorSaysWhatTheSameWeightsTake) {
  const Ended one = run_program(folder(), "doctor", "OMP_NUM_THREADS=1");
  EXPECT_EQ(one.exit_code, 0) << one;
  EXPECT_THAT(one.out, HasSubstr("\nsame weights   bit for bit with the same seed, config, data "
                                 "and 1 thread on this machine"));
  EXPECT_THAT(one.out, HasSubstr("\nother weights  with another number of threads"));
  const Ended three = run_program(folder(), "doctor", "OMP_NUM_THREADS=3");
  EXPECT_THAT(three.out, HasSubstr("data and 3 threads on this machine"));
  // What can't happen on this machine is not told.
  const bool has_cuda = one.out.find("CUDA           none") == std::string::npos;
  EXPECT_EQ(one.out.find("train.deterministic=false") != std::string::npos, has_cuda);
}

TEST_F(Front, NumbersThatCannotBePrintedAreAnError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  write_pair();
  const Ended ended = run_command(folder(), fmt::format("{} {} >/dev/full", RN_PROGRAM, kEvalPair));
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_THAT(ended.err, HasSubstr("standard output can't be written"));
}

TEST_F(Front, AReportExplainsTheNumbersInAFolderOfItsOwn) {
  write_pair();
  const Ended ended = run_program(folder(), fmt::format("{} --report new/why", kEvalPair));
  EXPECT_EQ(ended.exit_code, 0) << ended;
  EXPECT_THAT(ended.out, HasSubstr("TIDE's errors"));
  EXPECT_THAT(read_file(folder() / "new/why/eval.html"), HasSubstr("disc"));
  EXPECT_THAT(read_file(folder() / "new/why/eval.json"), HasSubstr("\"AP50\""));
}

TEST_F(Front, AReportShowsThePicturesThatItFinds) {
  write_pair();
  fs::create_directory(folder() / "pictures");
  const Ended ended =
      run_program(folder(), fmt::format("{} --report why --images pictures", kEvalPair));
  EXPECT_EQ(ended.exit_code, 0) << ended;
  EXPECT_TRUE(fs::exists(folder() / "why/eval.html"));
}

TEST_F(Front, PicturesThatAReportCannotShowAreCounted) {
  write_pair();
  write_text(folder() / "dt.json",
             R"([{"image_id": 1, "category_id": 1, "bbox": [50, 50, 9, 9], "score": 0.5}])");
  fs::create_directory(folder() / "pictures");
  const Ended ended =
      run_program(folder(), fmt::format("{} --report why --images pictures", kEvalPair));
  EXPECT_EQ(ended.exit_code, 0) << ended;
  EXPECT_THAT(ended.err, HasSubstr("1 of the report's pictures can't be shown; the first: "));
  EXPECT_THAT(read_file(folder() / "why/eval.html"), HasSubstr("1 of 1 picture can’t be shown"));
}

TEST_F(Front, TwoResultsAreCompared) {
  write_pair();
  write_text(folder() / "worse.json",
             R"([{"image_id": 1, "category_id": 1, "bbox": [5, 5, 9, 9], "score": 0.5}])");
  const Ended ended = run_program(
      folder(), fmt::format("{} --compare worse.json --resamples 100 --json out.json", kEvalPair));
  EXPECT_EQ(ended.exit_code, 0) << ended;
  EXPECT_THAT(
      ended.out,
      HasSubstr("AP      1.0000   0.0000   -1.0000  -                          -        -"));
  EXPECT_THAT(ended.out, HasSubstr("From 100 draws of 1 image. Too few images with objects (1)"));
  EXPECT_THAT(read_file(folder() / "out.json"), HasSubstr("\"tide\""));
}

TEST_F(Front, MoreResamplesThanMemoryAllowsAreRefusedBeforeAnythingIsPrinted) {
  write_pair();
  write_categories(20);
  const std::string compare = fmt::format("{} --compare dt.json --resamples 1000000", kEvalPair);
  const Ended ended = run_program(folder(), compare);
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("1000000 resamples of 20 classes would take 306 MiB"));
}

TEST_F(Front, WhereMemoryEndsItSpeaksOfTheFilesAndNotOfBatches) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "its own memory is more than the limit";
#endif
  write_pair();
  write_categories(5000);  // the arrays of COCO's numbers: 0.2 MB for each
  const Ended ended = run_program(folder(), kEvalPair, "ulimit -v 600000;");
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_THAT(ended.err, HasSubstr("out of memory while evaluating dt.json with gt.json"));
  EXPECT_THAT(ended.err, HasSubstr("keep fewer detections of each image"));
  EXPECT_THAT(ended.err, Not(HasSubstr("batch")));
}

TEST_F(Front, OptionsOfEvalThatDoNotGoTogetherAreErrors) {
  write_pair();
  const auto error = [&](const std::string& options) {
    const Ended ended = run_program(folder(), fmt::format("{} {}", kEvalPair, options));
    EXPECT_EQ(ended.exit_code, 2) << options << "\n" << ended;
    return ended.err;
  };
  EXPECT_THAT(error("--resampels 100"),
              HasSubstr("not expected: --resampels 100; did you mean --resamples?"));
  EXPECT_THAT(error("100 --json=o.json more"), HasSubstr("not expected: 100 more\n"));
  EXPECT_THAT(error("--images ."), HasSubstr("has no use without --model or --report"));
  EXPECT_THAT(error("--resamples 100"), HasSubstr("--compare"));
  EXPECT_THAT(error("--report gt.json"),
              HasSubstr("gt.json: can't be made a folder: a file of that name is there; choose "
                        "another with --report"));
  EXPECT_THAT(error("--compare gone.json"), HasSubstr("gone.json"));
  EXPECT_THAT(error("--report /proc/never"), HasSubstr("with --report"));
  EXPECT_THAT(error("--report ''"), HasSubstr("is empty; name a path"));
  EXPECT_THAT(error("--json why/../why/eval.json --report why"), HasSubstr("both write"));
  write_text(folder() / "other.json",
             R"([{"image_id": 2, "category_id": 1, "bbox": [5, 5, 9, 9], "score": 0.5}])");
  EXPECT_THAT(error("--compare other.json"),
              HasSubstr("other.json: detections: record 0: image 2 is not in the ground truth"));
}

TEST_F(Front, OptionThatIsMissingBecauseItIsMisspeltIsToldSo) {
  const Ended ended = run_program(folder(), "eval --anotations=gt.json --detections dt.json");
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_THAT(ended.err, HasSubstr("--annotations is required; --anotations isn't known, did you "
                                   "mean --annotations?"));
}

TEST_F(Front, HardlyMeantDetectionsAreEvaluatedWithANote) {
  write_text(folder() / "gt.json",
             R"({"images": [{"id": 1, "width": 100, "height": 80}],
                 "categories": [{"id": 1, "name": "disc"}],
                 "annotations": [{"id": 1, "image_id": 1, "category_id": 1,
                                  "bbox": [0, 0, 9, 9], "area": 81, "iscrowd": 0}]})");
  const auto notes_on = [&](const std::string& rest) {
    write_text(folder() / "dt.json", "[{\"image_id\": 1, " + rest + "}]");
    const Ended ended = run_program(folder(), kEvalPair);
    EXPECT_EQ(ended.exit_code, 0) << ended;
    return ended.err;
  };
  EXPECT_EQ(notes_on(R"("category_id": 1, "bbox": [0, 0, 9, 9], "score": 0.5)"), "");
  EXPECT_THAT(notes_on(R"("category_id": 0, "bbox": [0, 0, 9, 9], "score": 0.5)"),
              HasSubstr("note: 1 of 1 detections are of categories that the annotations don't have "
                        "(ids 0) and don't count"));
  EXPECT_THAT(notes_on(R"("category_id": 1, "bbox": [0, 0, 9, 9], "score": 57.3)"),
              HasSubstr("1 of 1 detections have a score that isn't between 0 and 1"));
  EXPECT_THAT(notes_on(R"("category_id": 1, "bbox": [0, 0, 9, 9], "score": NaN)"),
              HasSubstr("isn't between 0 and 1"));
  EXPECT_THAT(notes_on(R"("category_id": 1, "bbox": [9, 9, -9, 9], "score": 0.5)"),
              HasSubstr("have a width or height that isn't positive"));
  EXPECT_THAT(notes_on(R"("category_id": 1, "bbox": [0.1, 0.1, 0.5, 0.5], "score": 0.5)"),
              HasSubstr("are they shares of the picture's sides?"));
  EXPECT_THAT(notes_on(R"("category_id": 1, "bbox": [70, 60, 90, 75], "score": 0.5)"),
              HasSubstr("are they corners, x1, y1, x2, y2?"));
}

TEST_F(Front, LimitsOfDetectionsMayHaveCommasAndNoSign) {
  write_pair();
  EXPECT_EQ(run_program(folder(), std::string(kEvalPair) + " --max-detections 1,5,10").exit_code,
            0);
  const Ended ended = run_program(folder(), std::string(kEvalPair) + " --max-detections -1 10 100");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--max-detections"));
}

}  // namespace
}  // namespace rn
