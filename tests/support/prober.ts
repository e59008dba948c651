/** What visitors of a site got, from first to last: each answer with how long it went on, in seconds. */
export interface Seen {
  /** Answers in order, each told once as long as the same ones follow one another. */
  readonly answers: readonly string[];
  /** Seconds in which that was the answer, in all. */
  readonly seconds: (answer: string) => number;
  readonly requests: number;
}

/** Asks a site again and again, until it is told to stop. */
export interface Prober {
  stop(): Promise<Seen>;
}

/**
 * Asks a site ten times a second, on the machine on which `succeed` runs commands, by a command that prints the body and then
 * the status. `pages` are what a body is known by; what is none of them is told as `other`.
 */
export async function probe(
  succeed: (command: string, input?: string) => Promise<string>,
  command: string,
  pages: Readonly<Record<string, string>>,
): Promise<Prober> {
  const kinds = Object.entries(pages).map(([name, mark]) => `*'${mark}'*) kind=${name} ;;`);
  const script = [
    "#!/bin/bash",
    "while :; do",
    `  answer=$(${command} 2>/dev/null) || true`,
    `  case $answer in ${kinds.join(" ")} *) kind=other ;; esac`,
    '  printf "%s %s %s\\n" "$(date +%s.%N)" "${answer: -3}" "$kind"',
    "  sleep 0.1",
    "done",
  ].join("\n");
  await succeed("cat >/run/prober; chmod 0755 /run/prober; rm -f /run/prober.log", script);
  await succeed(
    "systemd-run --quiet --collect --unit=prober --property=StandardOutput=append:/run/prober.log /run/prober",
  );
  await succeed("timeout 30 sh -c 'until test -s /run/prober.log; do sleep 0.1; done'");
  return {
    async stop() {
      const log = await succeed("systemctl stop prober; cat /run/prober.log");
      return seen(log);
    },
  };
}

/** What a log of the prober tells. */
export function seen(log: string): Seen {
  const lines = log
    .trim()
    .split("\n")
    .map((line) => {
      const [time, ...answer] = line.split(" ");
      return { time: Number(time), answer: answer.join(" ") };
    });
  const spans = lines.slice(1).map(({ time }, index) => {
    const before = lines[index];
    return { answer: before?.answer ?? "", seconds: time - (before?.time ?? time) };
  });
  return {
    answers: lines.map(({ answer }) => answer).filter((one, index, all) => one !== all[index - 1]),
    seconds: (answer) =>
      spans.filter((span) => span.answer === answer).reduce((sum, { seconds }) => sum + seconds, 0),
    requests: lines.length,
  };
}
