/**
 * The script of the page: uPlot as its package has it, and the functions of page/ as their own text. So what is drawn
 * is checked and formatted as all other code is, and comes from the sources and from dist alike, with no step between.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { makeCurves } from './page/curves.js'
import { drawMap } from './page/maps.js'
import { drawPins } from './page/pins.js'
import { drawQueues } from './page/queues.js'
import { startPage } from './page/start.js'
import { makeTools } from './page/tools.js'
import { makeTracks } from './page/tracks.js'
import { makeViews } from './page/view.js'
import { BAR_STATES } from './page-data.js'

/** The scripts, in their order. */
export function pageScripts(): readonly string[] {
  return [packaged('uplot/dist/uPlot.iife.min.js'), ownScript()]
}

export function packagedStyle(): string {
  return packaged('uplot/dist/uPlot.min.css')
}

function ownScript(): string {
  return `'use strict';
{
// What tsx writes around functions.
const __name = made => made;
const tools = (${makeTools})();
const views = (${makeViews})();
const curves = (${makeCurves})(tools, views);
const drawTracks = (${makeTracks})(tools, views);
const states = ${JSON.stringify(BAR_STATES)};
(${startPage})({
tools, views, curves, drawTracks, states,
drawMap: ${drawMap},
drawQueues: ${drawQueues},
drawPins: ${drawPins},
});
}`.replaceAll('</', '<\\/')
}

function packaged(file: string): string {
  const { resolve } = createRequire(import.meta.url)
  return readFileSync(resolve(file), 'utf8')
}
