import { parseArgs } from 'node:util';
import { createRecorder } from '../record.ts';
import { models } from './models.ts';
import { step } from './step.ts';

const usage = `Usage: npm run bench -- networks [options]

Measures the networks: one step of training against the stock kernels of TensorFlow.js, and the families on one fold of
real sets, each with the same seconds.

  --only a,b       groups: step, models (both)
  --datasets a,b   of group models
  --families a,b   of group models
  --seconds 4      of group models: what each fit may take of the processor
  --bag 3          of group models: how many models are averaged, each stopped by another fold
  --config '{}'    of group models: settings in place of the default's
  --again          measure again what has a line for this machine and this code
  --no-setup       measure what is built already`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    datasets: { type: 'string' },
    families: { type: 'string' },
    seconds: { type: 'string' },
    bag: { type: 'string' },
    config: { type: 'string' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await main();

async function main(): Promise<number> {
  const only = values.only?.split(',') ?? ['step', 'models'];
  const seconds = Number(values.seconds ?? 4);
  const bag = Number(values.bag ?? 3);
  if (only.some((name) => name !== 'step' && name !== 'models') || !(seconds > 0) || !(bag >= 1 && bag <= 9)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const record = createRecorder({ bench: 'networks', again: values.again === true });
  if (only.includes('step')) await step(record);
  if (only.includes('models')) {
    await models(record, {
      datasets: values.datasets?.split(',') ?? null,
      families: values.families?.split(',') ?? null,
      seconds,
      bag,
      config: JSON.parse(values.config ?? '{}'),
    });
  }
  process.stdout.write(`\n${record.table()}\n`);
  return 0;
}
