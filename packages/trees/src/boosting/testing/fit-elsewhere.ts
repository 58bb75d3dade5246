// Runs in a process of its own: fits what it is told and says a digest of the model, or predicts with a model in a file.
import { readFileSync } from 'node:fs';
import { decodeModel } from '../../model/decode.ts';
import { encodeModel } from '../../model/encode.ts';
import { createPredictor } from '../../model/predictor.ts';
import { drawFrom, randomRows } from '../../model/testing.ts';
import { boost } from '../boost.ts';
import { digest, mixedRows } from './data.ts';
import type { Errand } from './processes.ts';

const errand: Errand = JSON.parse(process.argv[2]!);
if (errand.kind === 'fit') {
  const digests: string[] = [];
  for (const { objective, parameters, seed } of errand.fits) {
    const { model } = await boost({ train: mixedRows(1, 800, objective), objective, parameters, seed });
    digests.push(digest(encodeModel(model)));
  }
  process.stdout.write(JSON.stringify(digests));
} else {
  const digests = errand.files.map((file) => {
    const model = decodeModel(readFileSync(file));
    const features = randomRows(drawFrom(errand.rowsSeed), model.binning, errand.rows);
    return digest(createPredictor(model).predict(features, errand.rows));
  });
  process.stdout.write(JSON.stringify(digests));
}
