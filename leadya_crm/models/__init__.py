# Building blocks
from . import leadya_automation_mixin
from . import leadya_alert_mixin
from . import leadya_lead_count_mixin
from . import leadya_lead_filter_mixin
from . import leadya_decision_log

# Attribution
from . import leadya_channel
from . import leadya_keyword
from . import leadya_touch
from . import leadya_keyword_verdict
from . import leadya_verdict_rule
from . import leadya_touch_ledger
from . import leadya_touch_credit
from . import leadya_brand_term
from . import leadya_keyword_brand
from . import leadya_niche
from . import leadya_ad_cost
from . import leadya_ad_cost_match
from . import leadya_ad_cost_load

# Triage and promise
from . import leadya_triage_rule
from . import leadya_sla_category
from . import leadya_sla_step
from . import leadya_sla_stage_limit
from . import leadya_sla_clock
from . import leadya_sla_clock_pause
from . import leadya_sla_clock_due
from . import leadya_sla_escalation
from . import leadya_sla_clock_recompute
from . import leadya_sla_forecast
from . import leadya_contact_attempt
from . import leadya_merge
from . import leadya_merge_rows
from . import leadya_merge_touches

from . import leadya_sla_category_alert

# Assignment
from . import leadya_skill
from . import leadya_territory
from . import leadya_assignment_rule
from . import leadya_decision_dossier
from . import leadya_replay

# What Odoo has, extended
from . import crm_lead_intake
from . import crm_lead_batch
from . import crm_lead_attribution
from . import crm_lead_niche
from . import crm_lead_touches
from . import crm_lead_link
from . import crm_lead_triage
from . import crm_lead_assignment
from . import crm_lead_reassignment
from . import crm_lead_sla
from . import crm_lead_stage_clock
from . import crm_lead_cadence
from . import crm_lead_contact
from . import mail_thread
from . import leadya_stage_requirement
from . import crm_lead_protocol
from . import crm_lead_means
from . import crm_lead_reminder
from . import crm_lead_next_action
from . import leadya_queue_lease
from . import crm_lead_queue
from . import crm_lead_timeline
from . import calendar_event
from . import crm_lead_nurture
from . import crm_lead_duplicates
from . import crm_lead_merge
from . import merged_lead_counts
from . import crm_lead_measured
from . import crm_lead_qualification
from . import crm_lead_milestone
from . import crm_lead_credit
from . import crm_stage
from . import crm_team
from . import crm_team_member
from . import crm_lost_reason
from . import mail_activity
from . import res_company
from . import res_config_settings
from . import res_partner
from . import res_users
from . import resource_calendar

# Doors
from . import leadya_capture_form
from . import leadya_capture_form_receive
from . import leadya_capture_form_read
from . import leadya_capture_form_wiring
from . import leadya_capture_form_try
from . import leadya_capture_field
from . import leadya_capture_form_definition
from . import leadya_submission
from . import leadya_submission_process
from . import leadya_submission_lead
from . import leadya_submission_rehearsal
from . import leadya_submission_erasure
from . import leadya_capture_form_guard
from . import leadya_capture_form_consent
from . import leadya_submission_confirmation
from . import leadya_submission_confirmation_mail
from . import crm_lead_consent
from . import leadya_capture_platform
from . import leadya_capture_google_ads
from . import leadya_capture_meta
from . import leadya_capture_api
from . import leadya_intake
from . import crm_lead_submission
from . import ir_http
from . import leadya_import
from . import leadya_import_column_mixin
from . import leadya_import_column
from . import leadya_import_value_mixin
from . import leadya_import_value
from . import leadya_import_value_proposal
from . import leadya_import_row
from . import leadya_import_map
from . import leadya_import_file
from . import leadya_import_mapping
from . import leadya_import_check
from . import leadya_import_job
from . import leadya_import_run
from . import leadya_import_result
from . import leadya_import_undo
from . import leadya_import_text
from . import leadya_import_whole
from . import leadya_import_costs
from . import crm_lead_import

# Organic search
from . import leadya_search_query
from . import leadya_import_search
from . import crm_lead_search

# Told to platforms
from . import leadya_conversion_goal
from . import leadya_conversion_decide
from . import leadya_conversion_mark
from . import leadya_conversion
from . import leadya_conversion_collect
from . import leadya_conversion_file
from . import crm_lead_conversion
