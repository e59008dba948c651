import type { Argv } from "../../formats/shell.ts";

// A reload returns before new workers serve, and `nginx -t` minds neither dates nor names; so look at what is served.
const ask = `systemctl is-active -q nginx && nginx -T 2>/dev/null | grep -qF "ssl_certificate $1;" || exit 0
first() { sed -n '/-----BEGIN/,/-----END/p; /-----END/q' | tr -d '\\r\\n'; }
for try in 1 2 3 4 5 6 7 8 9 10; do
  served=$(curl -ksI --max-time 5 --resolve "$2:443:127.0.0.1" -o /dev/null -w '%{certs}' "https://$2/" | first)
  [ "$served" = "$(first <"$1")" ] && exit 0
  sleep 0.5
done
echo "https://$2/ on the machine itself does not show the certificate in $1" >&2
exit 1`;

/** Whether nginx serves the certificate of a file for a name; content where no site of nginx uses that file yet. */
export function servedProbe(chain: string, name: string): Argv {
  return ["sh", "-c", ask, "probe", chain, name];
}
