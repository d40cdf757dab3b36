#!/bin/sh
# Makes zoneinfo.tar.gz of one edition of the time zone database. The first
# argument is a directory with its compiled zones, as Debian's package tzdata has
# it. Needs GNU tar; the same input gives the same bytes. The zones are not
# compiled anew: zic of Debian 12 with -b slim gets America/Ojinaga of 2022 wrong.
#
#   apt-get download tzdata && dpkg-deb -x tzdata_*.deb x
#   sh make.sh x/usr/share/zoneinfo
set -eu
source=$1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
# Links become files here, and files that are the same become links below.
cp -rL "$source/." "$made"
rm -rf "$made/posix" "$made/right" "$made"/*.* "$made/leapseconds" "$made/localtime" "$made/posixrules"
sed -n '1s/^# version //p' "$source/tzdata.zi" >"$made/+VERSION"
(cd "$made" && find . -type f -exec sha256sum {} + | LC_ALL=C sort | while read -r sum name; do
	if [ "$sum" = "${before:-}" ]; then
		ln -f "$first" "$name"
	fi
	[ "$sum" = "${before:-}" ] || first=$name
	before=$sum
done)
LC_ALL=C tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=a+rX,u+w,go-w \
	-C "$made" -cf - . | gzip -9n >zoneinfo.tar.gz
sha256sum zoneinfo.tar.gz
