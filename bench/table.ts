import { summary } from "./measure.ts";
import { applies, looks, usual, type Measured, type Results, type Times } from "./results.ts";

/** The tables of a comparison in Markdown, with what they were measured with. */
export function tables({ date, versions, measured }: Results): string {
  const load = measured.map(({ hosts, load: [from, to] }) => {
    return `${hosts}: ${from.toFixed(1)} to ${to.toFixed(1)}`;
  });
  return [
    `${date.slice(0, 10)}, load of the computer by hosts: ${load.join("; ")}`,
    ...versions.map((line) => `- ${line}`),
    "",
    ...table("30 resources on each host, nothing to change", measured, "look", looks),
    "",
    ...table("one file changed on each host", measured, "apply", applies),
  ].join("\n");
}

/** One row for each work: the least and the median; then how many times as long the peers take. */
function table(
  title: string,
  measured: readonly Measured[],
  kind: "look" | "apply",
  names: Readonly<Record<string, string>>,
): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const over = (what: string, cell: (times: Times) => string) =>
    row([what, ...measured.map((one) => cell(one[kind]))]);
  const against = (peer: string) => (times: Times) => {
    const { median } = summary(times[peer] ?? []);
    return `${(median / usual("here", times)).toFixed(1)}×`;
  };
  return [
    row([title, ...measured.map(({ hosts }) => `${hosts} ${hosts === 1 ? "host" : "hosts"}`)]),
    row(["---", ...measured.map(() => "---")]),
    ...Object.entries(names).map(([work, name]) =>
      over(name, (times) => seconds(times[work] ?? [])),
    ),
    over("pyinfra takes, compared with host provider and program", against("pyinfra")),
    over("Ansible takes, compared with host provider and program", against("ansible")),
  ];
}

/** "1.57 / 1.98 s (5)": least, median and number of runs. */
function seconds(times: readonly number[]): string {
  const { min, median } = summary(times);
  return `${min.toFixed(2)} / ${median.toFixed(2)} s (${times.length})`;
}
