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
