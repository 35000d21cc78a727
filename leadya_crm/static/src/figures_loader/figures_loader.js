import { Component, xml } from "@odoo/owl";
import { LazyComponent } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** A screen of figures, fetched when it is opened first. */
class FiguresLoader extends Component {
    static template = xml`
        <LazyComponent bundle="'leadya_crm.assets_figures'" Component="screen" props="props" />
    `;
    static components = { LazyComponent };
    static props = { ...standardActionServiceProps };

    get screen() {
        const screens = { leadya_sources_screen: "LeadyaSourcesScreen" };
        return screens[this.props.action.tag] || "LeadyaKeywordsScreen";
    }
}

registry.category("actions").add("leadya_keywords_screen", FiguresLoader);
registry.category("actions").add("leadya_sources_screen", FiguresLoader);
