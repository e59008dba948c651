import { loadavg } from "node:os";

/** Wall-clock seconds of each run of some work. */
export async function seconds(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return times;
}

/** How long a measurement may take. */
export interface Limits {
  /** Runs of each work. */
  readonly rounds: number;
  /** Seconds that each work may take in all: a slow one gets fewer runs, but one. */
  readonly seconds: number;
}

/**
 * Runs several kinds of work in turn, so that a busy computer is unfair to none; gives the seconds of each run.
 */
export async function inTurn(
  { rounds, seconds: limit }: Limits,
  works: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Record<string, number[]>> {
  const rows: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [what, work] of Object.entries(works)) {
      const row = (rows[what] ??= []);
      const spent = row.reduce((sum, time) => sum + time, 0);
      if (round === 0 || spent + Math.max(...row) <= limit) row.push(...(await seconds(1, work)));
    }
  }
  return rows;
}

/** The least and the median of some times. */
export function summary(times: readonly number[]): {
  readonly min: number;
  readonly median: number;
} {
  const sorted = times.toSorted((a, b) => a - b);
  const [min = Number.NaN, median = Number.NaN] = [
    sorted[0],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return { min, median };
}

/** Prints a table of times with their least and their median. */
export function report(about: string, rows: Readonly<Record<string, readonly number[]>>): void {
  console.log(`\n${about}\nload at the end: ${loadavg()[0]?.toFixed(1) ?? "?"}\n`);
  console.log("| what | runs | min | median |\n| --- | --- | --- | --- |");
  for (const [what, times] of Object.entries(rows)) {
    const { min, median } = summary(times);
    console.log(`| ${what} | ${times.length} | ${format(min)} | ${format(median)} |`);
  }
}

function format(value: number): string {
  return `${value.toFixed(2)} s`;
}
