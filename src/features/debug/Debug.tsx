// The debug panel, for people who work on kernels: loaded where the page's address asks for it with `?debug`.
import { useEffect, useState } from 'react';
import { debugPlan } from '../../client/debug-requests.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { EventOf } from '../../protocol/events.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Dialog } from '../../ui/controls/Dialog.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { Tabs } from '../../ui/controls/Tabs.tsx';
import { CheckPane } from './CheckPane.tsx';
import styles from './Debug.module.css';
import { KernelsPane, PlanPane } from './PlanPane.tsx';
import { ProfilePane } from './ProfilePane.tsx';
import { TuningPane } from './TuningPane.tsx';

const PANES = [
  { key: 'check', label: 'Check' },
  { key: 'plan', label: 'Plan' },
  { key: 'kernels', label: 'Kernels' },
  { key: 'tuning', label: 'Tuning' },
  { key: 'profile', label: 'Profile' },
] as const;

/** A sentence where there is none. */
type Plan = EventOf<'debug_plan'> | string | null;

/** The plans of the open model; asked for anew with every model. */
function usePlan(): readonly [Plan, (plan: Plan) => void] {
  const { work } = useStores();
  const load = useModel(modelItself);
  const model = load.status === 'ready' ? load.model : null;
  const [plan, setPlan] = useState<Plan>(null);
  useEffect(() => {
    setPlan(null);
    if (model === null) return;
    const controller = new AbortController();
    debugPlan(work.client, controller.signal).then(setPlan, error => {
      const { code, message } = asNucleusError(error);
      if (code !== 'cancelled') setPlan(message);
    });
    return () => controller.abort();
  }, [work, model]);
  return [plan, setPlan];
}

function Panes() {
  const [pane, setPane] = useState<(typeof PANES)[number]['key']>('check');
  const [plan, setPlan] = usePlan();
  const isPlanned = pane !== 'check' && pane !== 'profile';
  return (
    <Tabs label="Debug" tabs={PANES} value={pane} onChange={setPane}>
      {pane === 'check' && <CheckPane />}
      {pane === 'profile' && <ProfilePane />}
      {isPlanned && plan === null && <Notice tone="hint">Once a model is open, its plan is shown here.</Notice>}
      {isPlanned && typeof plan === 'string' && <Notice tone="bad">{plan}</Notice>}
      {pane === 'plan' && plan !== null && typeof plan === 'object' && <PlanPane {...plan} />}
      {pane === 'kernels' && plan !== null && typeof plan === 'object' && <KernelsPane {...plan} />}
      {pane === 'tuning' && plan !== null && typeof plan === 'object' && <TuningPane {...plan} onChange={setPlan} />}
    </Tabs>
  );
}

export function Debug() {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <Button className={styles.opener} onClick={() => setOpen(true)}>
        Debug
      </Button>
      <Dialog variant="full" title="Debug" open={isOpen} onClose={() => setOpen(false)}>
        <Panes />
      </Dialog>
    </>
  );
}
