#!/bin/sh
# tools/cmake/LibTorch.cmake: one's own LibTorch that can't work ends configuring with the reason and
# the remedy; an unusable torch of the active python is left aside with a warning.
# One whose CMake files stop at a missing CUDA toolkit is used without them, and without its part for
# CUDA if the libraries of that are missing, unless CUDA is asked for.
#   torch_choice_test.sh CMAKE FOLDER TORCH_DIR    FOLDER: to work in; TORCH_DIR: a LibTorch that works

set -eu
cmake=$1
folder=$2
working=$3
source=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$folder"
mkdir -p "$folder/project"

# The smallest project that chooses a LibTorch as ours does.
cat >"$folder/project/CMakeLists.txt" <<TEXT
cmake_minimum_required(VERSION 3.25)
project(choice LANGUAGES C CXX)
find_package(OpenCV REQUIRED COMPONENTS core imgcodecs)
include("$source/tools/cmake/LibTorch.cmake")
TEXT

configure() {  # configure ARGUMENTS...: leaves status and output
  rm -rf "$folder/build"
  status=0
  output=$("$cmake" -G Ninja -S "$folder/project" -B "$folder/build" "$@" 2>&1) || status=$?
}
expect() {  # expect zero|nonzero TEXT: of the last configure; line breaks don't count
  case $1:$status in
    zero:0 | nonzero:[1-9]*) ;;
    *) printf 'exit status %s, expected %s:\n%s\n' "$status" "$1" "$output"; exit 1 ;;
  esac
  if ! printf '%s\n' "$output" | tr -s ' \n' '  ' | grep -qF -- "$2"; then
    printf 'expected "%s" in:\n%s\n' "$2" "$output"
    exit 1
  fi
}
fake_torch() {  # fake_torch FOLDER: a TorchConfig.cmake from standard input
  mkdir -p "$1"
  cat >"$1/TorchConfig.cmake"
}

fake_torch "$folder/cuda/share/cmake/Torch" <<TEXT
message(FATAL_ERROR "Your installed Caffe2 version uses CUDA but I cannot find the CUDA libraries.")
TEXT
configure "-DCMAKE_PREFIX_PATH=$folder/cuda"
expect nonzero 'was built for CUDA, and its CMake files need the CUDA toolkit'

configure "-DTorch_DIR=$folder/nothing-here"
expect nonzero "where there is no TorchConfig.cmake"

# The libraries and headers of the LibTorch that works.
for libraries in "$working/../../../lib" "$working/../.."; do
  [ -e "$libraries/libtorch_cpu.so" ] && break
done
for headers in "$working/../../../include" /usr/include; do
  [ -e "$headers/torch" ] && break
done
if [ -e "$libraries/libtorch_cpu.so" ] && [ -e "$headers/torch" ]; then
  # What an older pip-installed torch says of itself.
  fake_torch "$folder/old_abi" <<TEXT
set(TORCH_INCLUDE_DIRS "$headers")
set(TORCH_LIBRARIES "$libraries/libtorch_cpu.so" "$libraries/libc10.so")
set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")
TEXT
  configure "-DTorch_DIR=$folder/old_abi"
  expect nonzero "built with GCC's old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0), and OpenCV with the new one"

  # The first with libraries and headers at hand: it is used without its CMake files.
  cp -r "$folder/cuda" "$folder/whole"
  mkdir "$folder/whole/lib" "$folder/whole/include"
  ln -s "$libraries"/libtorch*.so* "$libraries"/libc10*.so* "$folder/whole/lib/"
  for name in ATen c10 torch; do
    ln -s "$headers/$name" "$folder/whole/include/"
  done
  if [ -e "$libraries/../../nvidia" ]; then  # where those of pip look for CUDA's libraries
    ln -s "$libraries/../../nvidia" "$folder/"
  fi
  configure "-DCMAKE_PREFIX_PATH=$folder/whole"
  expect zero "$folder/whole/share/cmake/Torch works together with OpenCV"

  # A part for CUDA that needs a library which was not installed.
  printf 'int gone(void) { return 0; }\n' >"$folder/gone.c"
  printf 'int gone(void);\nint cuda(void) { return gone(); }\n' >"$folder/cuda.c"
  cc -shared -fPIC -o "$folder/libgone.so" "$folder/gone.c"
  rm -f "$folder/whole/lib/libtorch_cuda.so"
  cc -shared -fPIC -o "$folder/whole/lib/libtorch_cuda.so" "$folder/cuda.c" -L"$folder" -lgone
  rm "$folder/libgone.so"
  configure "-DCMAKE_PREFIX_PATH=$folder/whole"
  expect zero "Its part for CUDA is left out, so the program will run on processors only: libgone.so, which \
libtorch_cuda.so needs, was not found"
  expect zero "$folder/whole/share/cmake/Torch works together with OpenCV"
  configure "-DCMAKE_PREFIX_PATH=$folder/whole" -DRN_REQUIRE_CUDA=ON
  expect nonzero "libgone.so, which libtorch_cuda.so needs, was not found"
fi

# A python whose torch is for CUDA: a script that stands in for the interpreter names its place.
mkdir -p "$folder/bin" "$folder/python/torch/share/cmake"
cp -r "$folder/cuda/share/cmake/Torch" "$folder/python/torch/share/cmake/"
printf '#!/bin/sh\necho "%s"\n' "$folder/python/torch" >"$folder/bin/python3"
chmod +x "$folder/bin/python3"
PATH=$folder/bin:$PATH configure
if ls /usr/lib/*/cmake/Torch/TorchConfig.cmake >/dev/null 2>&1; then
  expect zero "The torch of the active python is left aside"
  expect zero "works together with OpenCV"
else
  expect nonzero "The torch of the active python is left aside"
fi
