/** A size in binary units (IEC 80000-13), such as "10 MiB"; the unit cannot be forgotten or mistaken. */
export type Size = `${number} ${"KiB" | "MiB" | "GiB"}`;

/** What a size looks like; whole numbers only. */
export const sizePattern = /^[1-9]\d{0,5} (KiB|MiB|GiB)$/;

const factors = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** The size in bytes. Refuses what is not a size. */
export function bytes(size: Size): number {
  if (!sizePattern.test(size)) throw new RangeError(`"${size}" is not a size such as "10 MiB"`);
  const [count, unit] = size.split(" ") as [string, keyof typeof factors];
  return Number(count) * factors[unit];
}

/** The size in MiB, rounded up. */
export function mebibytes(size: Size): number {
  return Math.ceil(bytes(size) / factors.MiB);
}

/** So many bytes in the largest unit in which they are a whole number. Refuses what is no whole number of KiB. */
export function sizeOf(count: number): string {
  const units = (["GiB", "MiB", "KiB"] as const).filter((unit) => count % factors[unit] === 0);
  if (units[0] === undefined) throw new RangeError(`${count} bytes are no whole number of KiB`);
  return `${count / factors[units[0]]} ${units[0]}`;
}
