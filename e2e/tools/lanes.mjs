// Steps of the tests side by side: lanes of steps in turn, and the output of each with its name before every line.

/** Runs the steps of each lane in turn, the lanes side by side; the results in the order of `lanes`. No step begins once `ended` says so. */
export async function inLanes(lanes, run, ended = () => false) {
  const all = await Promise.all(
    lanes.map(async lane => {
      const results = [];
      for (const step of lane) {
        if (ended()) break;
        results.push(await run(step));
      }
      return results;
    }),
  );
  return all.flat();
}

/**
 * Takes output piece by piece and writes it line by line, each with `name` before it. What a line wrote over itself with carriage returns is
 * left out but for the last. `end` writes what had no line end.
 */
export function namedLines(name, write) {
  let rest = '';
  const say = line => write(`${name} | ${line.slice(line.lastIndexOf('\r') + 1)}\n`);
  return {
    push(piece) {
      const lines = `${rest}${piece}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(line.replace(/\r+$/, ''));
    },
    end() {
      if (rest !== '') say(rest);
      rest = '';
    },
  };
}
