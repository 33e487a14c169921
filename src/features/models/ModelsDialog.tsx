// Which model: the one in use, those on offer, any by name, files from disk, and what is cached here.
import { useEffect } from 'react';
import { useStores, useView } from '../../stores/react.ts';
import { Dialog } from '../../ui/controls/Dialog.tsx';
import { CachedModels } from './CachedModels.tsx';
import { Catalogue } from './Catalogue.tsx';
import { CurrentModel } from './CurrentModel.tsx';
import { LoadProgress } from './LoadProgress.tsx';
import { LocalFiles } from './LocalFiles.tsx';
import styles from './Models.module.css';
import { NamedModel } from './NamedModel.tsx';

function Body() {
  const { model } = useStores();
  useEffect(() => {
    void model.getState().listCache();
    return () => model.getState().forgetInspection();
  }, [model]);
  return (
    <div className={styles.models}>
      <CurrentModel />
      <LoadProgress />
      <Catalogue />
      <NamedModel />
      <LocalFiles />
      <CachedModels />
    </div>
  );
}

export function ModelsDialog() {
  const { view } = useStores();
  const open = useView(s => s.dialog === 'models');
  return (
    <Dialog variant="wide" open={open} title="Models" onClose={() => view.getState().close()}>
      <Body />
    </Dialog>
  );
}
