/**
 * Distinct texts by code 0, 1, 2, ... in order of first appearance, kept as bytes: a repeated cell costs a hash and a
 * comparison and makes no string. Open addressing with FNV-1a.
 */
export class ByteDictionary {
  #arena: Uint8Array = new Uint8Array(1024);
  #used = 0;
  #ends = new Float64Array(64);
  #hashes = new Int32Array(64);
  #slots = new Int32Array(256).fill(-1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  codeOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const code = slots[slot]!;
      if (code < 0) return this.#add(bytes, start, end, hash, slot);
      if (this.#hashes[code] === hash && this.#equals(code, bytes, start, end)) return code;
      slot = (slot + 1) & mask;
    }
  }

  levels(): string[] {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let start = 0;
    return Array.from({ length: this.#size }, (_, code) => {
      const end = this.#ends[code]!;
      const text = decoder.decode(this.#arena.subarray(start, end));
      start = end;
      return text;
    });
  }

  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = code === 0 ? 0 : this.#ends[code - 1]!;
    const length = end - start;
    if (this.#ends[code]! - from !== length) return false;
    const arena = this.#arena;
    for (let i = 0; i < length; i++) if (arena[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const length = end - start;
    if (this.#used + length > this.#arena.byteLength) {
      const grown = new Uint8Array(Math.max(this.#used + length, Math.floor(this.#arena.byteLength * 1.7)));
      grown.set(this.#arena.subarray(0, this.#used));
      this.#arena = grown;
    }
    for (let i = 0; i < length; i++) this.#arena[this.#used + i] = bytes[start + i]!;
    this.#used += length;
    const code = this.#size++;
    if (code === this.#ends.length) this.#growEntries();
    this.#ends[code] = this.#used;
    this.#hashes[code] = hash;
    this.#slots[slot] = code;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    return code;
  }

  #growEntries(): void {
    const ends = new Float64Array(this.#ends.length * 2);
    ends.set(this.#ends);
    this.#ends = ends;
    const hashes = new Int32Array(ends.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let code = 0; code < this.#size; code++) {
      let slot = this.#hashes[code]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = code;
    }
    this.#slots = slots;
  }
}
