#!/bin/sh
# Build the test machine's kernel: Debian's source, the smallest configuration, and a fragment.
#   kernel.sh FRAGMENT BZIMAGE
set -eu
fragment=$(realpath "$1")
image=$(realpath "$2")
work=$(mktemp -d "$image.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -xf /usr/src/linux-source-6.1.tar.xz -C "$work" --strip-components=1
cd "$work"

# gpio-sim lets go of a released output, and moves the simulated switch when a program asks for a
# pull. A Raspberry Pi keeps driving the output and leaves the switch alone: only so can a test see
# a dead gate's LED still lit.
for line in 'gc->free = gpio_sim_free;' 'gc->set_config = gpio_sim_set_config;'; do
    grep -qF "$line" drivers/gpio/gpio-sim.c || { echo "gpio-sim.c has no line: $line" >&2; exit 1; }
    grep -vF "$line" drivers/gpio/gpio-sim.c > gpio-sim.c
    mv gpio-sim.c drivers/gpio/gpio-sim.c
done

make -s tinyconfig
scripts/kconfig/merge_config.sh -m -O . .config "$fragment"
make -s olddefconfig
# A dependency that is not met drops an option in silence; the machine would only fail much later.
grep '^CONFIG_.*=y$' "$fragment" | sort -u | while read -r option; do
    grep -qxF "$option" .config || { echo "not taken up: $option" >&2; exit 1; }
done
make -s -j"$(nproc)" bzImage
cp arch/x86/boot/bzImage "$image"
