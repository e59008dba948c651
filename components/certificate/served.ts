import type { Argv } from "../../formats/shell.ts";

// Server names of all servers of nginx that use the file $1, one a line; a server ends where the next one begins.
const named = `NF == 1 && $1 == "server" { mine = ""; uses = 0 }
$1 == "server_name" { for (i = 2; i <= NF; i++) mine = mine $i "\\n" }
$1 == "ssl_certificate" && $2 == file { uses = 1 }
uses { printf "%s", mine; mine = "" }`;

// A reload returns before new workers serve, and `nginx -t` minds neither dates nor names; so look at what is served. nginx
// learns a new first name only after its certificate: until then, ask for a name that it has.
const ask = `systemctl is-active -q nginx || exit 0
all=$(nginx -T 2>/dev/null)
printf '%s\n' "$all" | grep -qF "ssl_certificate $1;" || exit 0
names=$(printf '%s\n' "$all" | tr '{};' '\n' | awk -v file="$1" '${named}' | grep '^[a-z0-9]')
name=$2
[ -z "$names" ] || printf '%s\n' "$names" | grep -qxF "$2" || name=$(printf '%s\n' "$names" | sed q)
first() { sed -n '/-----BEGIN/,/-----END/p; /-----END/q' | tr -d '\\r\\n'; }
for try in 1 2 3 4 5 6 7 8 9 10; do
  served=$(curl -ksI --max-time 5 --resolve "$name:443:127.0.0.1" -o /dev/null -w '%{certs}' "https://$name/" | first)
  [ "$served" = "$(first <"$1")" ] && exit 0
  sleep 0.5
done
echo "https://$name/ on the machine itself does not show the certificate in $1" >&2
exit 1`;

/**
 * Whether nginx serves the certificate of a file: for the name given, or for another one that it already serves with that
 * file where the name is to come; content where no site of nginx uses that file yet.
 */
export function servedProbe(chain: string, name: string): Argv {
  return ["sh", "-c", ask, "probe", chain, name];
}
