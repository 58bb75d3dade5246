import type { Recorder } from '../record.ts';
import type { Peer, PeerTool } from './peer.ts';

/** What the groups share: options, peers, a folder for data files. */
export interface Bench {
  record: Recorder;
  options: BenchOptions;
  /** starts it when it is first asked for. @throws when Python or the tool is missing */
  peer(tool: PeerTool): Promise<Peer>;
  /** ends the peers that run, so that what they have loaded goes */
  closePeers(): Promise<void>;
  /** a folder that goes at the end */
  folder: string;
}

export interface BenchOptions {
  /** small sizes and one round: shows that all works, and measures nothing worth keeping */
  quick: boolean;
  /** rows of the fits to measure; null: all */
  rows: number[] | null;
  /** how often each side runs, by turns */
  repeats: number;
  /** names of the sets of `accuracy`; null: all */
  datasets: string[] | null;
}

/** Measurements that are taken together. What has a line already is not measured again. */
export interface Group {
  name: string;
  run(bench: Bench): Promise<void>;
}
