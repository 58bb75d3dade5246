/** A table of `@observablehq/sample-datasets` that comes with Laurel. */
export interface Sample {
  id: string;
  name: string;
  description: string;
  target: string;
  task: 'binary' | 'multiclass' | 'regression';
  /** rows and columns as imported, derived column included */
  rows: number;
  columns: number;
  budgetSeconds: number;
  source: string;
  /** heights of a histogram of a telling column, 0 to 1 */
  sparkline: readonly number[];
  file: string;
  /** a column appended at import: its name, what it is made of, and a note for the record */
  derive?: { column: string; value: (cells: Readonly<Record<string, string>>) => string; note: string };
}

const won = (cells: Readonly<Record<string, string>>) =>
  Number(cells.gold) + Number(cells.silver) + Number(cells.bronze) > 0 ? 'yes' : 'no';

export const samples: readonly Sample[] = [
  {
    id: 'penguins',
    name: 'Palmer penguins',
    description: 'Which of three species is it? Bills, flippers and weight of 344 penguins of the Palmer islands.',
    target: 'species',
    task: 'multiclass',
    rows: 344,
    columns: 7,
    budgetSeconds: 30,
    source: 'Dr. Kristen Gorman, Palmer Station LTER',
    sparkline: [0.04, 0.12, 0.33, 0.45, 1, 0.78, 0.73, 0.47, 0.24, 0.22, 0.55, 0.63, 0.31, 0.41, 0.16, 0.27],
    file: 'penguins.csv',
  },
  {
    id: 'olympians',
    name: 'Olympians of 2016',
    description:
      'Did the athlete win a medal? The medal counts stay in the table, so that you see them found as leaks and left out.',
    target: 'medal',
    task: 'binary',
    rows: 11_538,
    columns: 13,
    budgetSeconds: 60,
    source: 'Matt Riggott, IOC',
    sparkline: [0, 0, 0, 0.01, 0.04, 0.15, 0.41, 0.85, 1, 0.88, 0.6, 0.38, 0.18, 0.05, 0.01, 0],
    file: 'olympians.csv',
    derive: {
      column: 'medal',
      value: won,
      note: 'The column "medal" was derived at import: yes when gold + silver + bronze is more than 0, else no.',
    },
  },
  {
    id: 'diamonds',
    name: 'Diamonds',
    description: 'What does the diamond cost? Weight, cut, color, clarity and measures of 53,940 diamonds.',
    target: 'price',
    task: 'regression',
    rows: 53_940,
    columns: 10,
    budgetSeconds: 60,
    source: 'ggplot2, tidyverse',
    sparkline: [1, 0.42, 0.27, 0.27, 0.18, 0.12, 0.09, 0.07, 0.06, 0.05, 0.04, 0.03, 0.03, 0.03, 0.02, 0.02],
    file: 'diamonds.csv',
  },
];
