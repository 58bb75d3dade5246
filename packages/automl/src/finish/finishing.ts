import type { Calibration } from './calibration.ts';
import type { ResidualTable } from './intervals.ts';

/** What is learnt from a model's out-of-fold predictions and kept in its artifact. */
export interface Finishing {
  /** probabilities are changed by it; absent: as the models give them */
  calibration?: Calibration;
  /** binary: probability of the positive class from which a row is called positive; absent: 0.5 */
  threshold?: number;
  /** regression: how far out-of-fold predictions were off, for intervals */
  residuals?: ResidualTable;
}
