# shellcheck shell=bash disable=SC2154
# What is known of the backups: the list for people, and the notes that checks and metrics are made from.

list_copies() {
  reach
  printf '%-10s %-21s %10s %14s\n' id made files bytes
  own | jq -r --argjson known "$(noted copies.json '[]')" '
    ($known | map({key: .snapshot, value: .}) | from_entries) as $notes | .[]
    | ($notes[.short_id] // {}) as $one | [.short_id, .time[:19] + "Z", $one.files // "?", $one.bytes // "?"] | @tsv' |
    while read -r id made files bytes; do printf '%-10s %-21s %10s %14s\n' "$id" "$made" "$files" "$bytes"; done
  say "last run: $(noted last.json '{"said":"none yet"}' | jq -r '.said')"
  say "last verification: $(noted verified.json '{"said":"none yet"}' | jq -r '.said')"
}

# Asks whether the repository answers and how much room there is; a timer does it, for checks may be run by anybody.
probe() {
  local code=0 said here there=null
  install -d -m 0755 "$state" "$dir"
  said=$( (reach) 2>&1) || code=$?
  said=${said#"$NAME: "}
  install -d -m 0700 "$SCRATCH"
  here=$(df --output=avail -B1 "$SCRATCH" | tail -n 1)
  if ((code == 0)); then there=$(room_there) || there=null; fi
  jq -n --arg said "$said" --argjson ok "$( ((code == 0)) && echo true || echo false)" --argjson here "$here" \
    --argjson there "${there:-null}" '{time: (now | floor), ok: $ok, said: $said, scratch: $here, repository: $there}' | note probe.json
  export_metrics
}

# Free and all bytes where the copies lie, as `[free,all]`; null where nobody can tell, as in S3.
room_there() {
  if [[ $REPOSITORY == /* ]]; then
    df --output=avail,size -B1 "$REPOSITORY" | awk 'NR == 2 { printf "[%s,%s]\n", $1, $2 }'
  elif ((${#SFTP[@]} > 0)); then
    "${SFTP[@]}" <<<"df $SFTP_PATH" 2>/dev/null | awk '/^ +[0-9]/ { printf "[%d,%d]\n", $3 * 1024, $1 * 1024 }'
  else
    echo null
  fi
}

# For Prometheus' node exporter (its textfile collector); a time that is not known is left out.
export_metrics() {
  local file=$state/metrics/$NAME.prom
  install -d -m 0755 "$state/metrics"
  jq -nr --arg name "$NAME" --argjson copies "$(noted copies.json '[]')" --argjson verified "$(noted verified.json null)" \
    --argjson probe "$(noted probe.json null)" --argjson last "$(noted last.json null)" '
    def line($what; $value): if $value == null then empty else "platform_backup_\($what){name=\"\($name)\"} \($value)" end;
    def flag: if . == null then null elif .ok then 1 else 0 end;
    line("copy_timestamp_seconds"; $copies[-1].time), line("copy_size_bytes"; $copies[-1].bytes),
    line("copy_files"; $copies[-1].files), line("run_ok"; $last | flag),
    line("verified_timestamp_seconds"; if $verified.ok then $verified.time else null end),
    line("verified_ok"; $verified | flag), line("repository_reachable"; $probe | flag)' >"$file.$$"
  mv -fT "$file.$$" "$file"
}
