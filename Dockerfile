# Coincart in an image of its binary alone: no shell, no package manager, an ordinary user.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags '-s -w' -o /out/coincart ./cmd/coincart
# What the final image cannot make itself: folders that belong to its user, whose ownership new volumes take over.
RUN mkdir -p /out/data /out/keys /out/public /out/tmp && chmod 0700 /out/data /out/keys && chmod 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/keys /keys
COPY --from=build --chown=65532:65532 /out/public /public
COPY --from=build /out/tmp /tmp
COPY --from=build /out/coincart /usr/local/bin/coincart
USER 65532:65532
WORKDIR /
ENV COINCART_ADDR=0.0.0.0:8080 COINCART_DATA_DIR=/data
EXPOSE 8080
# Allow 60 seconds after the signal, as with docker run --stop-timeout 60: requests under way are answered first.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=10s --retries=3 CMD ["/usr/local/bin/coincart", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/coincart"]
CMD ["serve"]
