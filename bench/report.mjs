// How measurements are told: one line each, for people or as JSON.

/** @typedef {{ name: string, unit: string, ours: readonly number[], peer: readonly number[], peerName: string | undefined }} Measurement */

export function createReport({ json }) {
  return {
    /** @param {Measurement} measurement the values of every run */
    measured({ name, unit, ours, peer, peerName }) {
      const line = {
        name,
        unit,
        ours: round(median(ours)),
        peer: peer.length === 0 ? null : round(median(peer)),
        peerName: peerName ?? null,
        ratio: peer.length === 0 ? null : round(median(ours) / median(peer)),
        runs: ours.length,
      };
      if (json) console.log(JSON.stringify(line));
      else
        console.log(`${line.name}: ${describe(line)}; median of ${line.runs}: ${ours.map(round).join(', ')}`);
    },
    /** What is under way, or left out and why. Beside the measurements, which go to standard output. */
    note(text) {
      console.error(`bench: ${text}`);
    },
  };
}

function describe({ unit, ours, peer, peerName, ratio }) {
  return peer === null ? `${ours} ${unit}` : `${ours} ${unit}, ${peerName} ${peer} ${unit}, ratio ${ratio}`;
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const round = (value) => Math.round(value * 100) / 100;
