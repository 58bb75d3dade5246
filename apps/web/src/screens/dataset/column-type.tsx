import type { ColumnType } from '@laurel/contracts';
import { CalendarDays, Fingerprint, Hash, type LucideIcon, Tag, TextInitial, ToggleLeft } from 'lucide-react';

const looks: Record<ColumnType, { icon: LucideIcon; word: string; hint: string }> = {
  numeric: { icon: Hash, word: 'Number', hint: 'amounts that can be more or less' },
  categorical: { icon: Tag, word: 'Category', hint: 'one of a set of values' },
  boolean: { icon: ToggleLeft, word: 'Yes or no', hint: 'one of two values' },
  datetime: { icon: CalendarDays, word: 'Date or time', hint: 'turned into year, month, weekday and age' },
  text: { icon: TextInitial, word: 'Text', hint: 'words, read for what they say' },
  id: { icon: Fingerprint, word: 'Identifier', hint: 'names a row; never used to predict' },
};

export const typeOptions = (Object.keys(looks) as ColumnType[]).map((value) => ({
  value,
  label: looks[value].word,
  hint: looks[value].hint,
  icon: <TypeIcon type={value} />,
}));

export function typeWord(type: ColumnType): string {
  return looks[type].word;
}

export function TypeIcon({ type }: { type: ColumnType }) {
  const Icon = looks[type].icon;
  return <Icon role="img" aria-label={looks[type].word} className="size-3.5 shrink-0 text-ink-3" />;
}
