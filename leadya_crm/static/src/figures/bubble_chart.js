/* global Chart */

import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { formatFigure, getColumns, getVerdicts } from "./columns";

const SMALLEST = 4;
const LARGEST = 28;

/** What has no keyword, page … or met no lead is no bubble among the others. */
const isKnown = (key) => (typeof key === "number" ? key > 0 : Boolean(key.trim()));

/**
 * Cost against qualified leads; the larger a bubble, the more leads. Shape and colour say the verdict. The table
 * beside it has the same for those who cannot see it.
 */
export class BubbleChart extends Component {
    static template = "leadya_crm.BubbleChart";
    static props = { rows: Array, currencyId: Number, onOpen: Function };

    setup() {
        this.canvasRef = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.rows]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    draw() {
        this.chart?.destroy();
        this.chart = new Chart(this.canvasRef.el, {
            type: "bubble",
            data: { datasets: this.datasets },
            options: this.options,
        });
    }

    get datasets() {
        const verdicts = getVerdicts();
        const known = this.props.rows.filter(({ key }) => isKnown(key));
        const most = Math.max(1, ...known.map(({ leads }) => leads));
        const groups = Object.groupBy(known, ({ verdict }) => verdict || "");
        return Object.entries(groups).map(([verdict, rows]) => {
            const { label, color, point } = verdicts[verdict] || {
                label: _t("No verdict"),
                color: "#714B67",
                point: "circle",
            };
            return {
                label,
                pointStyle: point,
                backgroundColor: `${color}99`,
                borderColor: color,
                data: rows.map((row) => ({
                    x: row.cost,
                    y: row.qualified,
                    r: SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(row.leads / most),
                    row,
                })),
            };
        });
    }

    get options() {
        const rtl = localization.direction === "rtl";
        const text = { rtl, textDirection: localization.direction };
        return {
            maintainAspectRatio: false,
            animation: false,
            clip: false,
            onClick: (ev, elements) =>
                elements.length && this.props.onOpen(this.rowOf(elements[0])),
            scales: {
                x: {
                    title: { display: true, text: _t("Cost") },
                    beginAtZero: true,
                    grace: "5%",
                    reverse: rtl,
                },
                y: {
                    title: { display: true, text: _t("Qualified leads") },
                    beginAtZero: true,
                    grace: "10%",
                    position: rtl ? "right" : "left",
                },
            },
            plugins: {
                legend: { ...text, labels: { usePointStyle: true } },
                tooltip: { ...text, callbacks: { label: ({ raw }) => this.describe(raw.row) } },
            },
        };
    }

    rowOf({ datasetIndex, index }) {
        return this.chart.data.datasets[datasetIndex].data[index].row;
    }

    describe(row) {
        const told = getColumns().filter(({ name }) =>
            ["cost", "leads", "qualified"].includes(name)
        );
        const figures = told.map((column) =>
            _t("%(label)s: %(value)s", {
                label: column.label,
                value: formatFigure(column, row[column.name], this.props.currencyId),
            })
        );
        return [row.name, ...figures];
    }
}
