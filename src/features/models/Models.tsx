// Which model: the one in use, those on offer, any by name, files from disk, and what is cached here.
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useStores } from '../../stores/react.ts';
import { AccessToken } from './AccessToken.tsx';
import { AskedAt, type Place, useLoadedHere } from './asked.ts';
import { CachedModels } from './CachedModels.tsx';
import { Catalogue } from './Catalogue.tsx';
import { CurrentModel } from './CurrentModel.tsx';
import { LoadProgress } from './LoadProgress.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';
import { LocalFiles } from './LocalFiles.tsx';
import styles from './Models.module.css';
import { NamedModel } from './NamedModel.tsx';
import { NetworkSwitch } from './NetworkSwitch.tsx';
import { ServerConnect } from './ServerConnect.tsx';

export function Models() {
  const { model, view } = useStores();
  const [place, setPlace] = useState<Place | null>(null);
  const asked = useMemo(() => ({ place, ask: setPlace }), [place]);
  const close = useCallback(() => view.getState().close(), [view]);
  useLoadedHere(place, close);
  useEffect(() => {
    void model.getState().listCache();
    return () => model.getState().forgetInspection();
  }, [model]);
  return (
    <AskedAt value={asked}>
      <div className={styles.models}>
        <LoadTrouble at={null} />
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
