#!/usr/bin/env bash
# Prints the address of a container engine for tests (unix://…). One that already answers is taken; else, as root, a private
# dockerd is started, with its own data folder, no bridge and no firewall rules, and left running for the next test.
# Exit 1 with the reason when there is none and none can be started.
#   AXION_TEST_ENGINE_DIR   where the private engine lives (default /var/tmp/axion-test-engine)
set -euo pipefail

directory="${AXION_TEST_ENGINE_DIR:-/var/tmp/axion-test-engine}"
socket="$directory/docker.sock"

answers() { [ -S "$1" ] && timeout 5 docker -H "unix://$1" version --format '{{.Server.APIVersion}}' >/dev/null 2>&1; }
fail() { echo "no container engine for tests: $1" >&2; exit 1; }

command -v docker >/dev/null || fail "the docker command is not installed (Debian: apt-get install docker.io)"
for place in "$socket" /var/run/docker.sock "${XDG_RUNTIME_DIR:-/nonexistent}/docker.sock"; do
  if answers "$place"; then echo "unix://$place"; exit 0; fi
done

[ "$(id -u)" = 0 ] || fail "none answers, and starting one needs root"
daemon="$(command -v dockerd || echo /usr/sbin/dockerd)"
[ -x "$daemon" ] || fail "dockerd is not installed (Debian: apt-get install docker.io)"

mkdir -p -m 0711 "$directory"
exec 9>"$directory/starting"
flock 9
if ! answers "$socket"; then
  rm -f "$directory/docker.pid"
  setsid nohup "$daemon" --iptables=false --ip6tables=false --bridge=none \
    --host "unix://$socket" --data-root "$directory/data" --exec-root "$directory/exec" --pidfile "$directory/docker.pid" \
    9>&- </dev/null >"$directory/log" 2>&1 &
  engine=$!
  # Each try asks the engine itself, so the loop ends as soon as it answers.
  for _ in $(seq 300); do
    answers "$socket" && break
    kill -0 "$engine" 2>/dev/null || fail "dockerd ended: $(tail -n 3 "$directory/log")"
    sleep 0.1
  done
  answers "$socket" || fail "dockerd did not answer within 30 seconds; see $directory/log"
fi
echo "unix://$socket"
