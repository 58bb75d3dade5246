import { findColumn } from '@laurel/tabular';
import { isMissing } from '../facts.ts';
import type { Transformer } from './types.ts';

const mostMarks = 30;

/** One mark for each column that lacks values in training, and how many values a row lacks. */
export const missingMarks: Transformer = {
  id: 'missingMarks',
  fit({ table, rows, config }) {
    if (config.missingMarks !== true) return [];
    const lacking = table.columns.filter((column) => {
      let count = 0;
      for (const row of rows) if (isMissing(column, row)) count++;
      return count > 0 && count < rows.length;
    });
    if (lacking.length === 0) return [];
    const names = lacking.map((column) => column.name);
    const marks = names.slice(0, mostMarks);
    return [
      {
        features: [
          { name: 'values missing', from: names, how: 'how many the row lacks' },
          ...marks.map((name) => ({ name: `${name} is missing`, from: [name], how: '1 where it is missing' })),
        ],
        state: { header: { names, marks: marks.length }, tensors: {} },
      },
    ];
  },
  prepare(state) {
    const { names, marks } = state.header as { names: string[]; marks: number };
    return (table) => {
      const count = new Float64Array(table.rows);
      const columns = names.slice(0, marks).map(() => new Float64Array(table.rows));
      names.forEach((name, k) => {
        const column = findColumn(table, name)!;
        for (let row = 0; row < table.rows; row++) {
          if (!isMissing(column, row)) continue;
          count[row]!++;
          if (k < marks) columns[k]![row] = 1;
        }
      });
      return [count, ...columns];
    };
  },
};
