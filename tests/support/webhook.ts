import type { TestMachine } from "./machine.ts";

/** What a notification is, as a webhook has it. */
export interface Told {
  readonly type: string;
  readonly host: string;
  readonly service: string;
  readonly state: string;
  readonly text: string;
  readonly output: string;
  readonly comment: string;
}

/** A recorder of what is sent to a webhook on a machine. */
export interface Recorder {
  /** What was sent since the last time it was emptied, in its order. */
  told(): Promise<readonly Told[]>;
  /** Forgets it. */
  empty(): Promise<void>;
}

/** Where it listens. */
export const webhookUrl = "http://127.0.0.1:8099/";

const file = "/srv/webhook";

// With Debian's perl-base, which is on every machine.
const program = String.raw`use strict; use IO::Socket::INET;
my $all = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8099, Listen => 9, ReuseAddr => 1) or die $!;
while (my $one = $all->accept) {
  my ($length, $body) = (0, "");
  while (defined(my $line = <$one>)) {
    $length = $1 if $line =~ /^content-length: *(\d+)/i;
    last if $line =~ /^\r?\n/;
  }
  read($one, $body, $length);
  open(my $to, ">>", "${file}") or die $!;
  print $to "$body\n";
  close $to;
  print $one "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  close $one;
}
`;

/** Starts a recorder on a machine. */
export async function webhookRecorder(machine: TestMachine): Promise<Recorder> {
  await machine.succeed(
    `cat >${file}.pl; rm -f ${file}; systemctl stop test-webhook 2>/dev/null; ` +
      `systemd-run --quiet --collect --unit=test-webhook perl ${file}.pl`,
    program,
  );
  await machine.waitUntilSucceeds("ss -Hltn sport = :8099 | grep -q .");
  return {
    async told() {
      const text = await machine.succeed(`cat ${file} 2>/dev/null || true`);
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Told);
    },
    async empty() {
      await machine.succeed(`rm -f ${file}`);
    },
  };
}
