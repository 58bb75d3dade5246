/** Rows for the tests, from a linear congruential generator that the reference program in Python used too. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** 40 rows with tied scores; positive is class 1. */
export function binaryRows() {
  const next = generator(42);
  const target = new Float64Array(40);
  const predictions = new Float64Array(80);
  for (let i = 0; i < 40; i++) {
    const t = next() < 0.4 ? 1 : 0;
    const p = Math.round(Math.min(Math.max(0.35 * t + 0.65 * next(), 0), 1) * 20) / 20;
    target[i] = t;
    predictions[2 * i] = 1 - p;
    predictions[2 * i + 1] = p;
  }
  return { target, predictions, classes: 2 };
}

export function multiclassRows() {
  const next = generator(7);
  const target = new Float64Array(40);
  const predictions = new Float64Array(120);
  for (let i = 0; i < 40; i++) {
    const t = Math.floor(next() * 3);
    const raw = [0.2 + next(), 0.2 + next(), 0.2 + next()];
    raw[t] = (raw[t] as number) + 0.5;
    const sum = raw.reduce((a, b) => a + b, 0);
    target[i] = t;
    for (let k = 0; k < 3; k++) predictions[3 * i + k] = (raw[k] as number) / sum;
  }
  return { target, predictions, classes: 3 };
}

export function regressionRows() {
  const next = generator(3);
  const target = new Float64Array(40);
  const predictions = new Float64Array(40);
  for (let i = 0; i < 40; i++) {
    const t = next() * 10;
    target[i] = t;
    predictions[i] = t + next() * 4 - 2;
  }
  return { target, predictions, classes: 1 };
}
