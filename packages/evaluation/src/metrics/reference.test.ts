import { describe, expect, it } from 'vitest';
import { binaryRows, multiclassRows, regressionRows } from '../testing/rows.ts';
import { metricById } from './registry.ts';

// computed with scikit-learn 1.x on the same rows
const reference = {
  binary: {
    roc_auc: 0.8906666666666667,
    pr_auc: 0.8380508870214751,
    accuracy: 0.775,
    balanced_accuracy: 0.7666666666666666,
    f1: 0.7096774193548387,
    f1_macro: 0.7630019749835418,
    mcc: 0.5270462766947299,
    brier: 0.134125,
    log_loss: 0.415378859282462,
  },
  weighted: {
    roc_auc: 0.9191176470588235,
    pr_auc: 0.8711621348794041,
    accuracy: 0.8354430379746836,
    balanced_accuracy: 0.8242296918767507,
    f1: 0.7719298245614035,
    f1_macro: 0.8216084766371374,
    mcc: 0.6435212341997963,
    brier: 0.11993670886075951,
  },
  multiclass: {
    roc_auc: 0.9322222222222223,
    pr_auc: 0.9086323334844894,
    log_loss: 0.767725435099117,
    accuracy: 0.75,
    balanced_accuracy: 0.7666666666666666,
    f1_macro: 0.7518383665310201,
    mcc: 0.6285623928267166,
    brier: 0.44301624728429073,
  },
  regression: {
    rmse: 1.033972527671638,
    mae: 0.8745318725239486,
    r2: 0.8478776978935606,
    rmsle: 0.23779774311107246,
    mape: 0.3538311641418941,
    medae: 0.9588204100728035,
    pinball: 0.4372659362619743,
  },
};

describe('metrics agree with scikit-learn', () => {
  const rows = {
    binary: binaryRows(),
    weighted: binaryRows(),
    multiclass: multiclassRows(),
    regression: regressionRows(),
  };
  const weights = Float64Array.from({ length: 40 }, (_, i) => 1 + (i % 3));
  for (const [name, values] of Object.entries(reference)) {
    const { target, predictions, classes } = rows[name as keyof typeof rows];
    const options = { classes, positive: 1, ...(name === 'weighted' ? { weights } : {}) };
    it.each(Object.entries(values))(`${name} %s`, (id, expected) => {
      expect(metricById(id)?.compute(target, predictions, options)).toBeCloseTo(expected, 12);
    });
  }
});

describe('metrics of forecasts', () => {
  const target = Float64Array.of(100, 0, 50);
  const forecast = Float64Array.of(110, 0, 40);

  it('count errors in units of the seasonal naive forecast', () => {
    expect(metricById('mase')?.compute(target, forecast, { classes: 1, scale: 20 })).toBeCloseTo(1 / 3, 12);
    expect(metricById('mase')?.compute(target, forecast, { classes: 1 })).toBeCloseTo(20 / 3, 12);
  });

  it('count errors in per cent of forecast and truth', () => {
    const expected = (200 * (10 / 210 + 10 / 90)) / 3;
    expect(metricById('smape')?.compute(target, forecast, { classes: 1 })).toBeCloseTo(expected, 12);
  });
});
