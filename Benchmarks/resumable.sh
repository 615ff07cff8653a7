# Runs of `pba` that a script makes one after another, to be sourced: started again on the same folder, a script leaves
# out what is done and continues what was interrupted. Wants `folder` and `pba`.

run() { # NAME COMMAND OPTION...: begins a run, or continues it; keeps what it prints and the time
  local name=$1 command=$2
  shift 2
  [ -e "$folder/$name.txt" ] && return
  local began=$SECONDS partial
  rm -f "$folder/$name".partial.* # what an interrupted go has printed
  if [ -e "$folder/$name/run.sqlite" ]; then set -- --resume "$@"; fi
  partial=$(mktemp "$folder/$name.partial.XXXXXX") # a name that nobody can foresee
  "$pba" "$command" "$@" --run "$folder/$name" >"$partial"
  printf 'took %d s in this go\n' $((SECONDS - began)) >>"$partial"
  mv "$partial" "$folder/$name.txt"
}
