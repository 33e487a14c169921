// Strings that end a run.
import { STOP_BOUNDS } from '../../sampling/settings.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { StringList } from './StringList.tsx';

export function StopStrings() {
  const { settings } = useStores();
  const stop = useSettings(s => s.settings.stop);
  return (
    <StringList
      label="Stop strings"
      noun="stop string"
      meaning="The run ends before the first of these strings; it does not appear in the text."
      placeholder="\n or USER:"
      strings={stop}
      bounds={{ entries: STOP_BOUNDS.own, length: STOP_BOUNDS.length }}
      onChange={next => settings.getState().change({ stop: next })}
    />
  );
}
