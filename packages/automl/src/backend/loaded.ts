export type TensorBackend = 'tensorflow' | 'wasm' | 'cpu';

let loaded: TensorBackend | null = null;

/** Set by whoever makes TensorFlow.js ready; a module of its own, so that asking does not load it. */
export function setLoadedBackend(backend: TensorBackend): void {
  loaded = backend;
}

/** What TensorFlow.js runs on in this process; null where nothing has needed it yet. */
export function loadedBackend(): TensorBackend | null {
  return loaded;
}
