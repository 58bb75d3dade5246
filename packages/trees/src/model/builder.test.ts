import { describe, expect, it } from 'vitest';
import { createEnsembleBuilder, treeOf } from './builder.ts';
import { featureImportance } from './importance.ts';
import { drawFrom, randomModel } from './testing.ts';

const options = { features: 4, trees: 12, outputs: 3, leafWidth: 3, leaves: 60 };

describe('createEnsembleBuilder', () => {
  it('puts trees together again as they were, and cuts them off', () => {
    const { ensemble } = randomModel(drawFrom(1), options);
    const builder = createEnsembleBuilder(ensemble);
    builder.addEnsemble(ensemble);
    expect(builder.build()).toEqual(ensemble);
    builder.truncate(5);
    const five = createEnsembleBuilder(ensemble);
    for (let tree = 0; tree < 5; tree++) five.addTree(treeOf(ensemble, tree));
    expect(builder.trees).toBe(5);
    expect(builder.leaves).toBe(ensemble.leafStart[5]);
    expect(builder.build()).toEqual(five.build());
    for (let tree = 5; tree < 12; tree++) builder.addTree(treeOf(ensemble, tree));
    expect(builder.build()).toEqual(ensemble);
    builder.truncate(100);
    expect(builder.trees).toBe(12);
  });

  it('copies, reads views that are longer than the tree, and keeps only the sets that nodes have', () => {
    const tree = {
      nodes: 1,
      leaves: 2,
      feature: Uint16Array.of(1, 9),
      low: new Uint8Array(4),
      width: new Uint8Array(4),
      set: Int32Array.of(1, 0),
      sets: Uint32Array.from({ length: 24 }, (_, word) => word),
      left: Int32Array.of(~0, 5),
      right: Int32Array.of(~1, 5),
      gain: Float32Array.of(3, 9),
      cover: Float32Array.of(7, 9),
      leafCover: Float32Array.of(3, 4, 9),
      value: Float32Array.of(1, 2, 9),
    };
    const builder = createEnsembleBuilder({ outputs: 1, leafWidth: 1, base: [0] });
    builder.addTree(tree);
    tree.value.fill(0);
    builder.addTree(tree);
    const ensemble = builder.build();
    tree.leafCover.fill(0);
    expect(Array.from(ensemble.value)).toEqual([1, 2, 0, 0]);
    expect(Array.from(ensemble.leafCover)).toEqual([3, 4, 3, 4]);
    expect(Array.from(ensemble.set)).toEqual([0, 1]);
    expect(Array.from(ensemble.sets)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(Array.from(ensemble.feature)).toEqual([1, 1]);
    expect(Array.from(ensemble.nodeStart)).toEqual([0, 1, 2]);
  });

  it('refuses trees and shapes that do not fit', () => {
    const { ensemble } = randomModel(drawFrom(2), options);
    const builder = createEnsembleBuilder({ outputs: 1, leafWidth: 1, base: [0] });
    expect(() => builder.addEnsemble(ensemble)).toThrow(/other outputs/);
    const tree = treeOf(ensemble, 0);
    expect(() => builder.addTree({ ...tree, leaves: tree.leaves + 1 })).toThrow(/splits has/);
    expect(() => builder.addTree({ ...tree, value: new Float32Array(0) })).toThrow(/needed/);
    expect(() => createEnsembleBuilder({ outputs: 3, leafWidth: 2, base: [0, 0, 0] })).toThrow(/3/);
    expect(() => createEnsembleBuilder({ outputs: 3, leafWidth: 1, base: [0] })).toThrow(/3 numbers/);
  });
});

describe('featureImportance', () => {
  it('adds up gains and counts splits per feature', () => {
    const model = randomModel(drawFrom(3), options);
    const { gain, splits } = featureImportance(model);
    const { feature } = model.ensemble;
    expect(splits.reduce((sum, count) => sum + count, 0)).toBe(feature.length);
    for (let index = 0; index < 4; index++) {
      const own = Array.from(model.ensemble.gain).filter((_, node) => feature[node] === index);
      expect(splits[index]).toBe(own.length);
      expect(gain[index]).toBe(own.reduce((sum, value) => sum + value, 0));
    }
  });
});
