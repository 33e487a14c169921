// Which model: the one in use, those on offer, any by name, files from disk, and what is cached here.
import { useEffect, useMemo, useState } from 'react';
import { useStores } from '../../stores/react.ts';
import { AccessToken } from './AccessToken.tsx';
import { AskedAt, type Place } from './asked.ts';
import { CachedModels } from './CachedModels.tsx';
import { Catalogue } from './Catalogue.tsx';
import { CurrentModel } from './CurrentModel.tsx';
import { Inspection } from './Inspection.tsx';
import { LoadProgress } from './LoadProgress.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';
import { LocalFiles } from './LocalFiles.tsx';
import { leavingOnce } from './leaving.ts';
import styles from './Models.module.css';
import { NamedModel } from './NamedModel.tsx';
import { NetworkSwitch } from './NetworkSwitch.tsx';
import { ServerConnect } from './ServerConnect.tsx';

export function Models() {
  const { model, view } = useStores();
  // A document or a link has asked for its model just before the dialog opened.
  const [place, setPlace] = useState<Place | null>(() =>
    model.getState().inspection.status === 'none' ? null : 'outside',
  );
  const [leaving] = useState(() => leavingOnce(model, place !== null, () => view.getState().closeOf('models')));
  const asked = useMemo(() => {
    const ask = (at: Place): void => {
      setPlace(at);
      leaving.ask();
    };
    return { place, ask };
  }, [place, leaving]);
  useEffect(() => leaving.watch(), [leaving]);
  useEffect(() => {
    void model.getState().listCache();
    return () => model.getState().forgetInspection();
  }, [model]);
  return (
    <AskedAt value={asked}>
      <div className={styles.models} onInputCapture={leaving.typed}>
        <Inspection at="outside" />
        <LoadTrouble at={place === null ? null : 'outside'} />
        <CurrentModel />
        <LoadProgress />
        <NamedModel />
        <Catalogue />
        <AccessToken />
        <LocalFiles />
        <ServerConnect />
        <CachedModels />
        <NetworkSwitch />
      </div>
    </AskedAt>
  );
}
