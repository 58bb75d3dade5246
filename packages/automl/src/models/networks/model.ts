import type { ClockDecisions } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';
import type { Activation } from '../../backend/operations.ts';
import { type DesignEncoder, restoreDesign } from '../../features/design.ts';
import { type Expansion, restoreExpansion } from '../../features/expand.ts';
import { applyTemperature } from '../../finish/temperature.ts';
import { everyRow } from '../rows.ts';
import { joinStates, partOf, tensorOf } from '../states.ts';
import type { FittedModel, ModelState } from '../types.ts';
import { predict } from './evaluate.ts';
import { type NetworkOutput, predictionsOf } from './output.ts';
import { type Structure, shapesOf, type Values } from './structure.ts';

export interface NetworkParts {
  expansion: Expansion;
  encoder: DesignEncoder;
  output: NetworkOutput;
  structure: Structure;
  /** the numbers and the temperature of each network; predictions are averaged */
  members: { values: Values; temperature: number }[];
}

interface Header {
  output: NetworkOutput;
  epochs: number;
  structure: Structure;
  members: number;
  temperatures?: number[];
}

/** Before there were structures: one plain network. */
interface OldHeader {
  output: NetworkOutput;
  epochs: number;
  activation: Activation;
  shapes: [number, number][];
}

/** A fitted or restored model of one or several networks. Predictions need no TensorFlow.js. */
export function createNetworkModel(
  { expansion, encoder, output, structure, members }: NetworkParts,
  fitted: { epochs: number; curve: [number, number][]; truncated: boolean; decided?: ClockDecisions },
): FittedModel {
  return {
    predict(table: Table, rows = everyRow(table)) {
      const design = encoder.encode(expansion.transform(table, rows));
      const out = new Float64Array(rows.length * output.width);
      for (const { values, temperature } of members) {
        const plain = predict(structure, values, design, (outputs, count) => predictionsOf(output, outputs, count));
        const own = temperature === 1 ? plain : applyTemperature(plain, output.width, temperature);
        for (let i = 0; i < out.length; i++) out[i]! += own[i]! / members.length;
      }
      return out;
    },
    curve: fitted.curve,
    iterations: fitted.epochs,
    ...(output.task === 'regression' ? {} : { temperature: mean(members.map((member) => member.temperature)) }),
    truncated: fitted.truncated,
    ...(fitted.decided ? { decided: fitted.decided } : {}),
    state() {
      const tensors: ModelState['tensors'] = {};
      for (const [member, { values }] of members.entries()) {
        for (const [name, numbers] of Object.entries(values)) tensors[nameOf(name, member)] = numbers;
      }
      const temperatures = members.map(({ temperature }) => temperature);
      const header: Header = { output, epochs: fitted.epochs, structure, members: members.length, temperatures };
      return joinStates({ features: expansion.state(), design: encoder.state(), network: { header, tensors } });
    },
    dispose: () => {},
  };
}

export async function restoreNetworks(state: ModelState): Promise<FittedModel> {
  const own = partOf(state, 'network');
  const header = own.header as Header | OldHeader;
  const structure = 'structure' in header ? header.structure : structureOf(header);
  const count = 'members' in header ? header.members : 1;
  const temperatures = ('temperatures' in header && header.temperatures) || [];
  const members = Array.from({ length: count }, (_, member) => ({
    values: Object.fromEntries(
      shapesOf(structure).map(({ name }) => [name, tensorOf(own, nameOf(name, member), Float32Array)]),
    ) as Values,
    temperature: temperatures[member] ?? 1,
  }));
  const expansion = restoreExpansion(partOf(state, 'features'));
  const encoder = restoreDesign(partOf(state, 'design'));
  const { output, epochs } = header;
  return createNetworkModel(
    { expansion, encoder, output, structure, members },
    { epochs, curve: [], truncated: false },
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function nameOf(name: string, member: number): string {
  return member === 0 ? name : `${name}/${member}`;
}

function structureOf({ shapes, activation, output }: OldHeader): Structure {
  return {
    inputs: shapes[0]![0],
    embedded: 0,
    copies: 1,
    widths: shapes.slice(0, -1).map(([, width]) => width),
    outputs: output.width,
    activation,
    parametric: false,
  };
}
