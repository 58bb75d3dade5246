import { families } from '../registry.ts';
import { edgeRows, fromPrinted, type Printed, printed } from './edge-rows.ts';

/**
 * A process of its own, started by conformance.test.ts: reads `[family, state][]` from standard input and writes what
 * each model predicts for the edge rows, as printed states, to standard output.
 */
let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
const answers: [string, Printed][] = [];
for (const [id, state] of JSON.parse(text) as [string, Printed][]) {
  const family = await families.find((one) => one.id === id)!.load();
  const model = await family.restore(fromPrinted(state));
  answers.push([id, printed({ header: null, tensors: { predictions: model.predict(edgeRows()) } })]);
  model.dispose();
}
process.stdout.write(JSON.stringify(answers));
