#!/bin/sh
# Build the test machine's root image: Debian, what a Pi's Debian has, and the files in root/.
#   root.sh RELEASE PACKAGES MIRROR FILES IMAGE
# PACKAGES are separated by commas.
set -eu
release=$1 packages=$2 mirror=$3 files=$4 image=$5
work=$(mktemp -d "$image.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"    # it becomes the guest's / and every user has to pass it

# shellcheck disable=SC2016  # the hooks' own shells expand it
mmdebstrap --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='chroot "$1" groupadd --system gpio' \
    --customize-hook='chroot "$1" passwd --quiet --delete root' \
    --customize-hook="cp --recursive --no-target-directory '$files' \"\$1\"" \
    --customize-hook='mkdir "$1/stick"' \
    --customize-hook='systemd-machine-id-setup --root="$1"' \
    --customize-hook='systemctl --root="$1" --quiet enable agent.service pins.service' \
    --customize-hook='systemctl --root="$1" --quiet disable mosquitto.service' \
    --customize-hook='systemctl --root="$1" --quiet mask apt-daily.timer apt-daily-upgrade.timer \
        dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer getty-static.service \
        getty@.service' \
    "$release" "$work/root" "$mirror"

mke2fs -q -t ext4 -d "$work/root" "$work/image" 1500M
mv "$work/image" "$image"
