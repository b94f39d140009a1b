# The program in a container. Build and use it on the pictures of the current folder:
#
#   docker build -t retinanet .
#   docker run --rm -v "$PWD:/data" retinanet predict --model best.safetensors pictures/ --out found
#
# Both stages install from tools/packages.txt.

FROM debian:12-slim AS build
WORKDIR /src
COPY tools/setup.sh tools/packages.txt tools/
RUN tools/setup.sh build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release && cmake --build --preset release --target retinanet && strip build/release/retinanet build/release/retinanet-engine

FROM debian:12-slim
COPY tools/setup.sh tools/packages.txt /tmp/tools/
RUN /tmp/tools/setup.sh run && rm -rf /var/lib/apt/lists/* /tmp/tools
COPY --from=build /src/build/release/retinanet /src/build/release/retinanet-engine /usr/local/bin/
COPY configs /usr/local/share/retinanet/configs
WORKDIR /data
ENTRYPOINT ["retinanet"]
