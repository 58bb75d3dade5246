import { describe, expect, it } from 'vitest';
import { samples } from './catalog.ts';
import { deriveColumn } from './derive-column.ts';
import { sampleBytes } from './train-sample.ts';

describe('deriveColumn', () => {
  it('keeps each row as it is, quotes and line breaks included', () => {
    const csv = 'a,b\r\n1,"x, ""y""\nz"\n2,\n';
    expect(deriveColumn(csv, 'both', ({ a, b }) => `${a}|${b}`)).toBe(
      'a,b,both\n1,"x, ""y""\nz","1|x, ""y""\nz"\n2,,2|\n',
    );
  });
});

describe('samples', () => {
  it.each(samples.map((sample) => [sample.id, sample] as const))(
    '%s has the rows and columns it says',
    async (_, sample) => {
      const text = new TextDecoder().decode(await sampleBytes(sample));
      const lines = text.trimEnd().split('\n');
      expect(lines[0]!.split(',')).toHaveLength(sample.columns);
      expect(lines[0]!.split(',')).toContain(sample.target);
      expect(lines.length - 1).toBe(sample.rows);
    },
  );

  it('says of each olympian whether there was a medal', async () => {
    const olympians = samples.find((sample) => sample.id === 'olympians')!;
    const lines = new TextDecoder()
      .decode(await sampleBytes(olympians))
      .trimEnd()
      .split('\n')
      .slice(1);
    expect(lines.filter((line) => line.endsWith(',yes'))).toHaveLength(1857);
    expect(lines.filter((line) => line.endsWith(',no'))).toHaveLength(9681);
  });
});
