// Only carries the precompiled header that every layer with LibTorch reuses.
