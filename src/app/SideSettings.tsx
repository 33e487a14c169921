// The settings beside the text: open, or folded to a line that says what is not as it comes.
import { FoldedSettings } from '../features/settings/FoldedSettings.tsx';
import { Settings } from '../features/settings/Settings.tsx';
import { useFold } from './folds.ts';
import { SettingsSplitter } from './Splitters.tsx';

export function SideSettings() {
  const { folded, beside, setFolded } = useFold();
  if (folded) return <FoldedSettings unfold={() => setFolded(false)} />;
  return (
    <>
      {beside && <SettingsSplitter />}
      <Settings fold={() => setFolded(true)} />
    </>
  );
}
