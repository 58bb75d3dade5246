import type { ModelState } from './types.ts';

/** Puts the states of a model's parts into one; names of tensors get the part's name in front. */
export function joinStates(parts: Record<string, ModelState>): ModelState {
  const header: Record<string, unknown> = {};
  const tensors: ModelState['tensors'] = {};
  for (const [part, state] of Object.entries(parts)) {
    header[part] = state.header;
    for (const [name, values] of Object.entries(state.tensors)) tensors[`${part}:${name}`] = values;
  }
  return { header, tensors };
}

/** The state of one part of a joined state. */
export function partOf(state: ModelState, part: string): ModelState {
  const header = (state.header as Record<string, unknown>)[part];
  if (header === undefined)
    throw new Error(`The stored model has no part "${part}"; it was written by another version.`);
  const tensors: ModelState['tensors'] = {};
  for (const [name, values] of Object.entries(state.tensors)) {
    if (name.startsWith(`${part}:`)) tensors[name.slice(part.length + 1)] = values;
  }
  return { header, tensors };
}

/** A tensor of the expected kind, or an error that names it. */
export function tensorOf<T extends ModelState['tensors'][string]>(
  state: ModelState,
  name: string,
  kind: abstract new (...values: never[]) => T,
): T {
  const tensor = state.tensors[name];
  if (!(tensor instanceof kind))
    throw new Error(`The stored model lacks "${name}"; it was written by another version.`);
  return tensor;
}
