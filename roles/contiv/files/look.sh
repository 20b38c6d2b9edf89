#!/bin/sh
# Prints a line for each thing that is there: "program NAME PATH" and "running NAME".
for name in netplugin netctl netmaster auth_proxy; do
  path=$(command -v $name) && echo "program $name $path"
  for process in /proc/[0-9]*; do
    program=$(readlink "$process/exe") || continue
    # The file of one that was replaced ends in " (deleted)".
    [ "$(basename "${program% (deleted)}")" = $name ] && echo "running $name" && break
  done
done
exit 0
