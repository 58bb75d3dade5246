import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContainer, writeContainer } from './container.ts';

const content = {
  header: { schemaVersion: 1, name: 'Änderung' },
  tensors: {
    a: Float64Array.of(1.5, Number.NaN, -0),
    b: Int8Array.of(-1, 2, 3),
    c: Float32Array.of(0.1),
    d: new Int32Array(0),
    __proto__x: Uint8Array.of(9),
  },
};

describe('a container', () => {
  it('gives back what was written, from any position in a buffer', () => {
    const bytes = writeContainer(content);
    for (const shift of [0, 1, 8]) {
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      const { header, tensors } = readContainer(moved.subarray(shift), 'thing');
      expect(header).toEqual(content.header);
      expect({ ...tensors }).toEqual(content.tensors);
    }
  });

  it('is the same for the same content', () => {
    expect(writeContainer(content)).toEqual(writeContainer(structuredClone(content)));
  });

  it('finds every changed or missing byte', () => {
    const bytes = writeContainer(content);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const broken = bytes.slice();
        broken[at]! ^= mask;
        // The length of the JSON is outside the checksum, and still cannot be read wrongly without an error.
        if (at < 12 || at >= 16) expect(() => readContainer(broken, 'thing')).toThrow(/The thing cannot be used/);
        else expect(() => readContainer(broken, 'thing')).toThrow();
        expect(() => readContainer(bytes.subarray(0, at), 'thing')).toThrow(/cannot be used/);
      }),
    );
  });
});
