import { SETTINGS } from '../../src/config/settings.ts'

/** Every variable of the environment that the program reads, and what it does. */
export const ENVIRONMENT: readonly (readonly [names: readonly string[], meaning: string])[] = [
  [['NO_COLOR'], 'No colours, when it is not empty.'],
  [['FORCE_COLOR'], 'Colours even where standard output is no terminal.'],
  [['TERM'], 'With dumb no colours, and no line of progress that is written over.'],
  ...SETTINGS.map(
    ({ env, key, builtIn }) => [[env], `The setting ${key}; without it ${builtIn}. See plan config.`] as const,
  ),
  [['XDG_CONFIG_HOME'], 'Where the settings of the user stand, in gpu-plan/config.yaml (~/.config).'],
  [['XDG_CACHE_HOME'], 'Where what was read from a model hub is kept, in gpu-plan (~/.cache).'],
  [['HOME'], 'The folder that ~ stands for.'],
  [['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'], 'Access token for gated repositories of the Hugging Face hub.'],
  [['HF_ENDPOINT'], 'Address of another hub.'],
  [['HF_HUB_OFFLINE'], 'With 1 no network is used, as with --offline.'],
  [['HF_HUB_DOWNLOAD_TIMEOUT'], 'Seconds that the hub may take for an answer.'],
  [
    ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'],
    'Proxy for the hub, and the hosts that need none; lower case as well.',
  ],
  [['PLAN_DEBUG'], 'With 1 an internal error shows where it arose, for a report.'],
]
