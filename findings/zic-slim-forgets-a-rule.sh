#!/bin/bash
# Guessed: the two formats of zic, "fat" and "slim" (its default since 2020b), say
# the same local times: slim only leaves out what the rule at its end repeats.
# Happens: zic of Debian 12 (glibc 2.36) with -b slim gives America/Ojinaga summer
# time for a week in autumn 2022, an hour that never was; with -b fat the same
# input is right. Nothing is said on either run.
# Matters: whoever makes zone files smaller for a container or a binary tells an
# hour that is wrong, and only a comparison with the compiled files of the
# distribution shows it.
set -euo pipefail
zic_version=2.36-9+deb12u14
tzdata_version=2026f-0+deb12u1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
echo "packages: debian libc-bin $zic_version (zic, zdump), debian tzdata $tzdata_version"
apt-get update -qq >/dev/null 2>&1 || true
apt-get download -qq "libc-bin=$zic_version" "tzdata=$tzdata_version" 2>/dev/null
for package in ./*.deb; do dpkg-deb -x "$package" x; done
input=x/usr/share/zoneinfo/tzdata.zi
zic=$(find x -name zic -type f | head -n 1)
zdump=$(find x -name zdump -type f | head -n 1)
for form in fat slim; do
	"$zic" -b "$form" -d "$work/$form" "$input"
	echo "--- $form: changes of America/Ojinaga in 2022"
	"$zdump" -v -c 2022,2023 "$work/$form/America/Ojinaga" | grep ' 2022 UT' | sed "s|$work/||"
done
fat=$(TZ="$work/fat/America/Ojinaga" date -d '2022-10-31T12:00:00Z' '+%H:%M %Z')
slim=$(TZ="$work/slim/America/Ojinaga" date -d '2022-10-31T12:00:00Z' '+%H:%M %Z')
theirs=$(TZ="$work/x/usr/share/zoneinfo/America/Ojinaga" date -d '2022-10-31T12:00:00Z' '+%H:%M %Z')
echo "12:00 UTC on 2022-10-31 in Ojinaga: the distribution's file $theirs, fat $fat, slim $slim"
[ "$theirs" = "$fat" ] && [ "$slim" != "$fat" ] || { echo "the behaviour has changed"; exit 1; }
