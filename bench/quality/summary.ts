import type { QualityLine } from './run.ts';

export function report(lines: readonly QualityLine[], tools: readonly string[]): string {
  return `${lines.length} lines of ${tools.join(', ')}`;
}
