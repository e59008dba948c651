import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, mebibytes, type Size, sizeOf } from "../../../formats/size.ts";

test("sizes are binary", () => {
  assert.equal(bytes("1 KiB"), 1024);
  assert.equal(bytes("10 MiB"), 10_485_760);
  assert.equal(bytes("2 GiB"), 2_147_483_648);
});

test("mebibytes round up", () => {
  assert.equal(mebibytes("6 GiB"), 6144);
  assert.equal(mebibytes("1 KiB"), 1);
});

test("bytes are told in the largest unit in which they are a whole number", () => {
  for (const size of ["1 KiB", "1023 KiB", "1 MiB", "1025 KiB", "3 GiB", "5000 GiB"]) {
    assert.equal(sizeOf(bytes(size as Size)), size);
  }
  assert.throws(() => sizeOf(1025), new RangeError("1025 bytes are no whole number of KiB"));
});

test("what is not a size is refused", () => {
  for (const wrong of ["10MiB", "10 MB", "0 MiB", "1.5 GiB", "-1 KiB"]) {
    assert.throws(
      () => bytes(wrong as Size),
      new RangeError(`"${wrong}" is not a size such as "10 MiB"`),
    );
  }
});
